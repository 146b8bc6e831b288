// What the pages do beyond htmx and Mizan: they send Django's CSRF token, say what went wrong, and
// send forms as calls.

import { createClient, mizanCall } from "@mizan/runtime";
import { htmx } from "@mizan/runtime/htmx";

// Whatever a reply makes stale becomes events, for which the parts of a page wait by hx-trigger.
const client = createClient({ baseUrl: "/api/mizan/" });
htmx(client);

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  if (token) event.detail.headers["X-CSRFToken"] = token[1];
});

// An error is a problem document, whose `detail` is for people.
document.addEventListener("htmx:beforeRequest", () => say(""));
document.addEventListener("htmx:sendError", () => say(FAILED, true));
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  const isProblem = xhr.getResponseHeader("Content-Type") === "application/problem+json";
  say((isProblem && JSON.parse(xhr.responseText).detail) || FAILED, true);
});

// <form data-calls="update_profile">: its fields are arguments, besides those of data-args. The
// pointer of each error leads to its field. Then data-done is said, or data-next is shown.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const { calls, args = "{}", done = "", next } = form.dataset;
  if (!calls) return;
  event.preventDefault();
  try {
    const given = { ...JSON.parse(args), ...Object.fromEntries(new FormData(form)) };
    await mizanCall(client, calls, given);
    mark(form, []);
    say(done);
    if (next) location.assign(next);
  } catch (error) {
    mark(form, error.errors ?? []);
    say(error.message || FAILED, true);
  }
});

// Until now the browser itself would have sent them, with what was typed in the address.
for (const fields of document.querySelectorAll("[data-calls] > fieldset")) fields.disabled = false;

function mark(form, errors) {
  for (const input of form.querySelectorAll("[name]")) {
    const wrong = errors.filter((each) => each.pointer === `/${input.name}`);
    input.setAttribute("aria-invalid", String(wrong.length > 0));
    const place = document.getElementById(`${input.id}_wrong`);
    if (!place) continue;
    place.textContent = wrong.map((each) => each.detail).join(" ");
    input.setAttribute("aria-describedby", place.id);
  }
  form.querySelector('[aria-invalid="true"]')?.focus();
}

const FAILED = "That did not work.";

function say(text, isWrong = false) {
  const place = document.getElementById("message");
  place.textContent = text;
  place.classList.toggle("wrong", isWrong);
}
