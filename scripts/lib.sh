# Shared by the scripts beside it; sourced, never run. Sets ROOT and puts the project's tools first.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
SCRIPT=$(basename "$0")
export PATH="$ROOT/.venv/bin:$PATH"
cd "$ROOT"

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then BOLD=$'\e[1m' PLAIN=$'\e[0m'; else BOLD='' PLAIN=''; fi

heading() { printf '\n%s%s%s\n' "$BOLD" "$*" "$PLAIN"; }

die() {
  printf '%s: %s\n' "$SCRIPT" "$*" >&2
  exit 2
}

# usage: prints the comment at the head of the script that was called.
usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$ROOT/scripts/$SCRIPT"; }

# pythons: every released Python >= 3.11 of PATH and pyenv as "VERSION PROGRAM", the newest last.
pythons() {
  local candidate
  for candidate in python3 python python3.{11..19} \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.*/bin/python; do
    "$candidate" -c 'import os, sys
version = sys.version_info
if version >= (3, 11) and version.releaselevel == "final":
    print("%d.%d.%d" % version[:3], os.path.realpath(sys.executable))' 2>/dev/null || true
  done | sort -u -V
}

# install WHAT PACKAGE BREW: installs a server's programs where root can, else says what to install.
install() {
  local command="apt-get install --yes --no-install-recommends $2"
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    die "there is no $1 on this machine. Install it (Debian, Ubuntu: sudo $command;" \
      "macOS: brew install $3) and try again"
  fi
  echo "Installing $1: $command" >&2
  # Only the programs are wanted: in runlevel 1 the package starts no server.
  { apt-get update && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive $command; } >&2
}

# need_redis: sees to it that redis-server (or valkey-server) is there.
need_redis() {
  command -v redis-server >/dev/null || command -v valkey-server >/dev/null ||
    install "redis-server" redis-server redis
}

# need_chromium: sees to it that a browser is there for tests/browser and tests/click.
need_chromium() {
  local name
  for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then return; fi
  done
  install "chromium" "chromium fonts-dejavu-core" "--cask chromium"
}

# need_varnish: sees to it that varnishd and varnishtest are there, with the modules of the edge's VCL.
need_varnish() {
  if command -v varnishd varnishtest >/dev/null &&
    compgen -G "/usr/lib*/**/varnish/vmods/libvmod_xkey.so" >/dev/null; then return; fi
  install "varnish with its modules" "varnish varnish-modules" varnish
}

# need_wrk: sees to it that wrk is there, which loads the servers of `scripts/bench sockets`.
need_wrk() { command -v wrk >/dev/null || install "wrk" wrk wrk; }

# need_go: sees to it that the Go tool is there, which builds conformance/ports/go.
need_go() { command -v go >/dev/null || install "go" golang-go go; }

# lint_tarballs FILE...: what two linters of npm packages say of tarballs, as npm would publish them.
lint_tarballs() {
  local file linter said status=0
  for file; do
    for linter in "publint --strict" "attw --profile esm-only --no-definitely-typed --no-color"; do
      # shellcheck disable=SC2086  # a linter and its options
      said=$(node_modules/.bin/$linter "$file" 2>&1) && continue
      printf '%s: %s found:\n%s\n' "$(basename "$file")" "${linter%% *}" "$said" >&2
      status=1
    done
  done
  return "$status"
}

# step NAME COMMAND...: runs the command, also after an earlier one failed, and keeps the outcome.
STEPS=()
FAILED=0
step() {
  local name=$1 outcome=ok start=$SECONDS
  shift
  heading "== $name"
  "$@" || { outcome=FAILED FAILED=1; }
  STEPS+=("$(printf '%-6s  %s (%d s)' "$outcome" "$name" $((SECONDS - start)))")
}

# summary: one line for each step; the script's own outcome follows from FAILED.
summary() {
  heading "Summary"
  printf '%s\n' "${STEPS[@]}"
  return "$FAILED"
}
