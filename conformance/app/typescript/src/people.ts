/** Who asks: contexts of users, guarded functions, sessions. */

import { appError, client, Context, cookieOf, csrfCookie, Problem, type Call } from "@mizan/server";
import { integer, nothing, orNull, ref, text } from "./schemas.js";
import { server, type Account, type State } from "./state.js";

const COOKIE = "session";

const WrongPassword = appError({
  code: "app.wrong_password",
  status: 403,
  description: "The name and the password do not belong together.",
});

/** The account of a number, as a token's `sub` has it. */
export function accountOf(number: string | number | undefined): Account | null {
  return server.users.find(({ id }) => String(id) === String(number)) ?? null;
}

/** The account of a request's session. */
export function sessionOf(state: State, request: Request): Account | null {
  return accountOf(state.sessions.get(cookieOf(request, COOKIE) ?? ""));
}

async function whoAsks(call: Call): Promise<number | null> {
  return accountOf((await call.user())?.id)?.id ?? null;
}

const me = new Context("me", {
  bind: { user_id: { type: { type: "integer" }, get: whoAsks } },
  pageRoutes: ["/pages/me/"],
  description: "What the logged-in user sees of himself.",
});
const visitor = new Context("visitor", {
  userScoped: true,
  description: "A greeting for whoever asks.",
});
const member = new Context("member", {
  description: "A member's card, which differs between users by the name of its parameter.",
});

function readers(state: State) {
  return [
    client(
      {
        name: "my_profile",
        context: me,
        loginRequired: true,
        input: ref("MyProfileInput"),
        output: ref("Profile"),
      },
      async (_args, call) => {
        const id = (await whoAsks(call)) ?? 0;
        return { id, name: state.data.members[id] ?? "", theme: state.data.themes[id] ?? "" };
      },
    ),
    client(
      { name: "greeting", context: visitor, input: ref("GreetingInput"), output: text },
      async (_args, call) => {
        const id = await whoAsks(call);
        return id === null ? "Hello" : `Hello, ${state.data.members[id]}`;
      },
    ),
    client(
      { name: "member_card", context: member, input: ref("MemberCardInput"), output: ref("Card") },
      ({ user_id }: { user_id: number }) => {
        const name = state.data.members[user_id];
        if (name === undefined) throw new Problem("not_found", `There is no member ${user_id}.`);
        return { user_id, name };
      },
    ),
  ];
}

function mutations(state: State) {
  return [
    client(
      {
        name: "set_theme",
        affects: me,
        loginRequired: true,
        input: ref("SetThemeInput"),
        output: text,
      },
      async ({ theme }: { theme: string }, call) => {
        const id = (await whoAsks(call)) ?? 0;
        return (state.data.themes[id] = theme);
      },
    ),
    client(
      {
        name: "rename_member",
        affects: [me, member, visitor],
        loginRequired: true,
        input: ref("RenameMemberInput"),
        output: nothing,
      },
      ({ user_id, name }: { user_id: number; name: string }) => {
        state.data.members[user_id] = name;
      },
    ),
    client({ name: "whoami", input: ref("WhoamiInput"), output: orNull(integer) }, (_, call) =>
      whoAsks(call),
    ),
  ];
}

function sessions(state: State) {
  return [
    client(
      {
        name: "login",
        affects: [me, visitor],
        errors: [WrongPassword],
        input: ref("LoginInput"),
        output: integer,
      },
      ({ name, password }: { name: string; password: string }, call) => {
        const found = server.users.find((each) => each.name === name && each.password === password);
        if (!found) throw new WrongPassword("Nobody has this name and password.");
        const session = crypto.randomUUID();
        state.sessions.set(session, found.id);
        call.headers.append("Set-Cookie", `${COOKIE}=${session}; Path=/; HttpOnly; SameSite=Lax`);
        call.headers.append("Set-Cookie", csrfCookie(server.csrf, false));
        return found.id;
      },
    ),
    client(
      { name: "logout", affects: [me, visitor], input: ref("LogoutInput"), output: nothing },
      (_, call) => {
        state.sessions.delete(cookieOf(call.request, COOKIE) ?? "");
        call.headers.append("Set-Cookie", `${COOKIE}=; Path=/; Max-Age=0`);
      },
    ),
  ];
}

export function peopleFunctions(state: State) {
  return [...readers(state), ...mutations(state), ...sessions(state)];
}
