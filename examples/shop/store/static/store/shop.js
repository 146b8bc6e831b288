// What the pages do beyond htmx: send Django's CSRF token, believe X-Mizan-Invalidate, say what
// went wrong, and send forms as calls.

document.addEventListener("htmx:configRequest", (event) => {
  Object.assign(event.detail.headers, csrf());
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { xhr, target } = event.detail;
  reload(xhr.getResponseHeader("X-Mizan-Invalidate"), xhr.status < 400 ? target : null);
});

// Whatever a reply makes stale, each part of the page that shows it asks for again; `fresh` is the
// part that shows the reply already.
function reload(field, fresh) {
  const stale = new Set((field ?? "").split(", ").map((member) => member.split(/[;/]/)[0]));
  for (const part of document.querySelectorAll("[data-shows]")) {
    if (part === fresh) continue;
    if (stale.has(part.dataset.shows) || stale.has("*")) htmx.trigger(part, "stale");
  }
}

// <form data-calls="update_profile">: its fields are arguments, besides those of data-args. The
// pointer of each error leads to its field. Then data-done is said, or data-next is shown.
document.addEventListener("submit", async (event) => {
  const { calls, args = "{}", done = "", next } = event.target.dataset;
  if (!calls) return;
  event.preventDefault();
  const given = { ...JSON.parse(args), ...Object.fromEntries(new FormData(event.target)) };
  const reply = await fetch("/api/mizan/call/", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...csrf() },
    body: JSON.stringify({ function: calls, args: given }),
  });
  const problem = reply.ok ? {} : await reply.json();
  mark(event.target, problem.errors ?? []);
  say(reply.ok ? done : problem.detail || FAILED, !reply.ok);
  reload(reply.headers.get("X-Mizan-Invalidate"), null);
  if (reply.ok && next) location.assign(next);
});

function mark(form, errors) {
  for (const input of form.querySelectorAll("[name]")) {
    const wrong = errors.filter((each) => each.pointer === `/${input.name}`);
    input.setAttribute("aria-invalid", String(wrong.length > 0));
    const place = document.getElementById(`${input.id}_wrong`);
    if (!place) continue;
    place.textContent = wrong.map((each) => each.detail).join(" ");
    input.setAttribute("aria-describedby", place.id);
  }
}

// An error is a problem document, whose `detail` is for people.
document.addEventListener("htmx:beforeRequest", () => say(""));
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  const isProblem = xhr.getResponseHeader("Content-Type") === "application/problem+json";
  say((isProblem && JSON.parse(xhr.responseText).detail) || FAILED, true);
});

const FAILED = "That did not work.";

function csrf() {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return token ? { "X-CSRFToken": token[1] } : {};
}

function say(text, isWrong = false) {
  const place = document.getElementById("message");
  place.textContent = text;
  place.classList.toggle("wrong", isWrong);
}
