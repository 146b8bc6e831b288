import header;
import std;
import str;
import var;
import xkey;

# Times are milliseconds since 2020, to a microsecond: as a header has them and std.real reads them.
sub mizan_now {
	var.set("now", "" + (std.time2real(now, 0.0) - 1577836800.0) * 1000.0);
}

# What only an origin says, and what only this file writes.
sub mizan_strip_request {
@STRIP_REQUEST@
}

sub mizan_strip_response {
@STRIP_RESPONSE@
}

# What an origin may answer by, and the key has not.
sub mizan_strip_unkeyed {
	# To a server that has CGI's names, `_` is `-`: what looks like another field would be one.
	header.regsub(req, "^[^:_]*_.*", "Mizan-Edge-Detail:");
	unset req.http.Mizan-Edge-Detail;
@STRIP_UNKEYED@
}

# ---- Purging ----

# Tags have a time of their last purge, in a global variable: contexts by name, digests by their first
# letters, others by their last, for globals are never freed.

# Sets `mark`, the name of the global for the next tag of `tags`: VCL has no loops.
sub mizan_next {
	var.set_int("n", var.get_int("n") + 1);
	var.set("mark", str.split(var.get("tags"), var.get_int("n"), " "));
	if (var.get("mark") ~ {"@CONTEXT_TAGS@"}) {
		var.set("mark", "mizan " + var.get("mark"));
	} elsif (var.get("mark") != "") {
		var.set("mark", "mizan -" + regsub(var.get("mark"), "^(?|(h-..).*|.*(..))$", "\1"));
	}
}

# Marks `tags` as purged now; where they are over @MOST@, everything.
sub mizan_mark {
	call mizan_now;
	var.set_int("n", 0);
@MARK@
	call mizan_next;
	if (var.get("mark") != "") {
		var.global_set("mizan *", var.get("now"));
	}
}

sub mizan_mark_next {
	call mizan_next;
	if (var.get("mark") != "") {
		var.global_set(var.get("mark"), var.get("now"));
	}
}

# Sets `overtaken` where one of `tags` was purged since `began`, or they are over @MOST@.
sub mizan_judge {
	var.set("overtaken", "");
	var.set("mark", "mizan *");
	call mizan_compare;
	var.set_int("n", 0);
@JUDGE@
	call mizan_next;
	if (var.get("mark") != "") {
		var.set("overtaken", "yes");
	}
}

sub mizan_judge_next {
	if (var.get("mark") != "" && var.get("overtaken") == "") {
		call mizan_next;
		call mizan_compare;
	}
}

sub mizan_compare {
	if (std.real(var.global_get(var.get("mark")), 0.0) >= std.real(var.get("began"), 0.0)) {
		var.set("overtaken", "yes");
	}
}

# The mark goes first: what is stored after it is seen by its fetch's own client (vcl_deliver).
sub mizan_purge_everything {
	call mizan_now;
	var.global_set("mizan *", var.get("now"));
	ban("obj.status != 0");
}

sub mizan_purge_tags {
	call mizan_mark;
	var.set("purged", "" + xkey.purge(var.get("tags")));
}

# Tags are a list of strings: their parameters go, then quotes and commas.
sub mizan_read_tags {
	var.set("tags", regsub(regsuball(regsuball(var.get("field"), {"@TAG_PARAM@"}, ""),
	    {"[ \t",]+"}, " "), "^ ", ""));
	var.set("tags", regsub(var.get("tags"), " $", ""));
}

# A reply to an unsafe method, before its client sees it. `*`, and what cannot be read: everything.
sub mizan_believe {
	std.collect(resp.http.X-Mizan-Invalidate, ", ");
	std.collect(resp.http.Cache-Group-Invalidation, ", ");
	var.set("field", resp.http.Cache-Group-Invalidation);
	if (resp.http.X-Mizan-Invalidate ~ "[^ \t]" &&
	    (var.get("field") !~ "[^ \t]" ||
	     resp.http.X-Mizan-Invalidate ~ "^.{@TOO_LONG@}" ||
	     resp.http.X-Mizan-Invalidate ~ "(;[^;,]*+){9}" ||
	     resp.http.X-Mizan-Invalidate ~ {"@REPEATED@"} ||
	     resp.http.X-Mizan-Invalidate !~ {"@TARGETS@"})) {
		call mizan_purge_everything;
	} elsif (var.get("field") ~ "[^ \t]") {
		if (var.get("field") !~ {"@TAGS@"}) {
			call mizan_purge_everything;
		} else {
			call mizan_read_tags;
			call mizan_purge_tags;
		}
	}
	if (resp.status < 400) {
		xkey.purge("url:" + req.http.Host + regsuball(req.url, ",", "%2C"));
	}
}

# PURGE with `xkey-purge: tag tag`, PURGE of a URL, BAN with `X-Mizan-Ban: regular expression`.
sub mizan_purge_request {
	if (@REFUSED@) {
		return (synth(403, "Forbidden"));
	}
	if (req.method == "BAN") {
		call mizan_ban;
	}
	std.collect(req.http.xkey-purge, " ");
	if (!req.http.xkey-purge) {
		call mizan_now;
		var.global_set("mizan *", var.get("now"));
		var.set("purged", "" + xkey.purge("url:" + req.http.Host + regsuball(req.url, ",", "%2C")));
	} elsif (req.http.xkey-purge ~ "^[a-z0-9._-]{1,32}( +[a-z0-9._-]{1,32})*+ *$") {
		var.set("tags", regsub(req.http.xkey-purge, " +$", ""));
		call mizan_purge_tags;
	} else {
		return (synth(400, "Not a list of tags"));
	}
	return (synth(200, "Purged " + var.get("purged")));
}

# In flight a ban finds nothing: whoever bans what has tags purges these too.
sub mizan_ban {
	if (req.http.X-Mizan-Ban == ".") {
		call mizan_purge_everything;
	} elsif (req.http.X-Mizan-Ban !~ {"^[^\s"]+$"} ||
	    !std.ban("obj.http.Mizan-Edge-Path ~ " + req.http.X-Mizan-Ban)) {
		return (synth(400, "Not a regular expression"));
	}
	return (synth(200, "Banned"));
}

# ---- Requests ----

# Unknown methods are unsafe ones: they pass, where the builtin rule would pipe them past all rules.
sub vcl_req_method {
	if (req.method == "CONNECT" || req.method == "PRI") {
		return (synth(405));
	}
	if (req.method != "GET" && req.method != "HEAD") {
		return (pass);
	}
}

sub vcl_recv {
	call vcl_req_host;
	if (req.method == "PURGE" || req.method == "BAN") {
		call mizan_purge_request;
	}
	call mizan_strip_request;
	call vcl_req_method;
	if (req.url ~ "^@EVENTS@") {
		set sess.send_timeout = 1d;
		return (pass);
	}
	std.collect(req.http.X-Forwarded-Proto, ",");
	if (req.http.Authorization ||
	    req.http.Transfer-Encoding ||
	    req.http.Content-Length ~ "[^0]" ||
	    req.http.X-Forwarded-Proto !~ "^(https?)?$" ||
	    req.url !~ {"@CACHED@"} ||
	    req.url ~ "@NOT_NORMAL@") {
		return (pass);
	}
	call mizan_strip_unkeyed;
	set req.hash_always_miss = false;
	if (var.get("mode") == "again") {
		set req.hash_always_miss = true;
	} elsif (var.get("mode") == "refresh") {
		set req.grace = 0s;
	} elsif (var.get("mode") == "stale") {
		set req.grace = @GRACE@s;
	}
	# Cookies go to the origin and are no part of the key: it says no-cache where one matters.
	return (hash);
}

sub vcl_hash {
	hash_data(req.http.X-Forwarded-Proto == "https");
}

sub vcl_pass {
	var.set("fwd", "bypass");
	if (req.method !~ "^(GET|HEAD|OPTIONS|TRACE)$") {
		var.set("fwd", "method");
	}
}

# `down` is set where the origin was out of reach within the last two seconds.
sub mizan_down {
	call mizan_now;
	var.set("down", "");
	if (std.real(var.get("now"), 0.0) - std.real(var.global_get("mizan origin down"), 0.0) < 2000.0) {
		var.set("down", "yes");
	}
}

sub vcl_miss {
	var.set("fwd", "uri-miss");
	if (var.get("mode") == "again" || var.get("mode") == "refresh") {
		var.set("fwd", "stale");
	}
	if (var.get("mode") == "refresh") {
		call mizan_down;
		if (var.get("down") == "yes") {
			var.set("mode", "stale");
			return (restart);
		}
		set req.http.Mizan-Edge-Refresh = "yes";
	}
}

sub vcl_hit {
	# An object may be hit before xkey knows it: for its first seconds it is compared with purges
	# since its fetch began, however long that took.
	call mizan_now;
	var.set("began", obj.http.Mizan-Edge-Began);
	if (std.real(var.get("now"), 0.0) - std.real(obj.http.Mizan-Edge-Stored, 0.0) < 10000.0) {
		var.set("tags", obj.http.Mizan-Edge-Tags);
		call mizan_judge;
		if (var.get("overtaken") == "yes") {
			xkey.purge(obj.http.Mizan-Edge-Fetch);
			var.set("mode", "again");
			return (restart);
		}
	}
	# What has expired is served while the origin is down, and only then.
	if (obj.ttl <= 0s && var.get("mode") != "stale") {
		call mizan_down;
		if (var.get("down") != "yes") {
			var.set("mode", "refresh");
			return (restart);
		}
		var.set("mode", "stale");
	}
	var.set("fwd", "");
}

# ---- The origin ----

sub vcl_backend_fetch {
	if (bereq.is_bgfetch) {
		return (abandon);
	}
	var.set("refresh", bereq.http.Mizan-Edge-Refresh);
	unset bereq.http.Mizan-Edge-Refresh;
	call mizan_now;
	var.set("began", var.get("now"));
	if (!bereq.uncacheable) {
		# A time to the second cannot tell what was purged from what is fresh: an ETag can.
		unset bereq.http.If-Modified-Since;
	}
}

# Not stored, and the next fetch is, whoever waits for this one.
sub mizan_not_stored {
	set beresp.ttl = 0s;
	set beresp.grace = 0s;
	set beresp.uncacheable = true;
	return (deliver);
}

# What waits for it is fetched at once, each for itself: for a second, for the next may be stored.
sub mizan_shared_by_nobody {
	set beresp.ttl = 1s;
	set beresp.grace = 0s;
	set beresp.uncacheable = true;
	return (deliver);
}

# Where something expired is there to be served, vcl_synth sees to it.
sub mizan_failed {
	if (var.get("refresh") == "yes") {
		return (abandon);
	}
}

sub vcl_backend_response {
@STRIP_BERESP@
	if (bereq.uncacheable) {
		return (deliver);
	}
	if (beresp.status >= 500) {
		call mizan_failed;
		call mizan_not_stored;
	}
	std.collect(beresp.http.Cache-Control, ", ");
	std.collect(beresp.http.Cache-Groups, ", ");
	std.collect(beresp.http.Vary, ", ");
	if (beresp.status != 200 ||
	    beresp.http.Set-Cookie ||
	    beresp.http.Mizan-Cache-Control ||
	    beresp.http.Cache-Control !~ "(?i)(^|[ ,])s-maxage=" ||
	    beresp.http.Cache-Control ~ "(?i)(^|[ ,])(private|no-store|no-cache)($|[ ,=])" ||
	    beresp.http.Vary ~ "(?i)(^|[ ,])(\*|authorization|cookie|x-mizan-token)($|[ ,])" ||
	    beresp.http.Cache-Groups !~ {"@TAGS@"}) {
		call mizan_shared_by_nobody;
	}
	var.set("field", beresp.http.Cache-Groups);
	call mizan_read_tags;
	call mizan_now;
	set beresp.http.Mizan-Edge-Stored = var.get("now");
	set beresp.http.Mizan-Edge-Began = var.get("began");
	set beresp.http.Mizan-Edge-Tags = var.get("tags");
	set beresp.http.Mizan-Edge-Path = bereq.url;
	set beresp.http.Mizan-Edge-Fetch = "fetch:" + bereq.xid;
	set beresp.http.xkey = beresp.http.Mizan-Edge-Tags + " " + beresp.http.Mizan-Edge-Fetch +
	    " url:" + bereq.http.Host + regsuball(bereq.url, ",", "%2C");
	unset beresp.http.X-Mizan-Invalidate;
	set beresp.grace = @GRACE@s;
	set beresp.keep = 0s;
	if (beresp.ttl <= 0s) {
		call mizan_shared_by_nobody;
	}
	call mizan_judge;
	if (var.get("overtaken") == "yes") {
		set beresp.http.Mizan-Edge-Detail = "overtaken";
		call mizan_not_stored;
	}
	return (deliver);
}

sub vcl_backend_error {
	if (!bereq.uncacheable) {
		# Not where it passes: a client that sends half a body makes that fail.
		call mizan_now;
		var.global_set("mizan origin down", var.get("now"));
	}
	call mizan_failed;
	set beresp.ttl = 0s;
	set beresp.grace = 0s;
	set beresp.uncacheable = true;
}

# ---- Replies ----

sub vcl_synth {
	if (resp.status == 503 && var.get("mode") == "refresh") {
		var.set("mode", "stale");
		return (restart);
	}
}

sub vcl_deliver {
	if (var.get("fwd") == "method") {
		call mizan_believe;
	} else {
		unset resp.http.X-Mizan-Invalidate;
	}
	if (var.get("fwd") ~ "^(uri-miss|stale)$" && !obj.uncacheable) {
		# Between the check of vcl_backend_response and xkey's knowing the object a purge finds
		# nothing: by now xkey knows it, so either the purge did or this does.
		var.set("began", resp.http.Mizan-Edge-Began);
		var.set("tags", resp.http.Mizan-Edge-Tags);
		call mizan_judge;
		if (var.get("overtaken") == "yes") {
			xkey.purge(resp.http.Mizan-Edge-Fetch);
			set resp.http.Mizan-Edge-Detail = "overtaken";
		}
	}
	call mizan_cache_status;
	call mizan_strip_response;
}

# RFC 9211.
sub mizan_cache_status {
	var.set("status", "varnish; fwd=" + var.get("fwd"));
	if (var.get("fwd") == "") {
		var.set("status", "varnish; hit; ttl=" + regsub("" + obj.ttl, "\..*", ""));
		if (var.get("mode") == "stale") {
			var.set("status", var.get("status") + "; detail=origin-down");
		}
	} elsif (resp.http.Mizan-Edge-Detail) {
		var.set("status", var.get("status") + "; detail=" + resp.http.Mizan-Edge-Detail);
	} elsif (!obj.uncacheable && obj.ttl > 0s) {
		var.set("status", var.get("status") + "; stored");
	}
	std.collect(resp.http.Cache-Status, ", ");
	if (resp.http.Cache-Status) {
		var.set("status", resp.http.Cache-Status + ", " + var.get("status"));
	}
	set resp.http.Cache-Status = var.get("status");
}
