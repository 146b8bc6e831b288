/**
 * A model of a server, and of the network between: nothing is processed or answered by itself.
 */

import { parseHeld, type Instance } from "@mizan/protocol";
import type { MizanFunction, Target } from "../src/index.js";

export interface Data {
  readonly value: number;
  /** How many mutations the server had made. */
  readonly version: number;
}

/** A request on its way: first the server acts on it, then the reply arrives. */
export interface Message {
  readonly key: string | null;
  readonly act: () => Response;
  readonly settle: { resolve: (response: Response) => void; reject: (error: Error) => void };
  response?: Response;
  isOver?: boolean;
}

export const USERS = [1, 2, 3];
export const user = { name: "user" } as const;
export const list = { name: "list" } as const;
export const setUser: MizanFunction<{ user_id: number }> = {
  name: "set_user",
  affects: ({ user_id }) => [{ context: "user", params: { user_id } }, "list"],
};
export const setAll: MizanFunction = { name: "set_all" };

/** The server, and the network between. */
export class Model {
  version = 0;
  readonly values = new Map(USERS.map((id) => [id, 0]));
  readonly messages: Message[] = [];
  /** What must not happen, and did: an error thrown here would be one of the network. */
  readonly faults: string[] = [];
  read(context: string, id: number): Data {
    const sum = [...this.values.values()].reduce((a, b) => a + b);
    return { value: context === "list" ? sum : (this.values.get(id) ?? 0), version: this.version };
  }

  /** The reply to a read. */
  answer(context: string, id: number): Response {
    return Response.json(this.read(context, id));
  }

  /** The reply to a call, which is made now. */
  call(body: { args: { user_id?: number } }, headers: Headers): Response {
    const targets = this.change(body.args.user_id);
    const fresh = parseHeld(headers.get("X-Mizan-Held") ?? "")
      .filter(({ context, params }) => context === "list" || this.isOf(params, body.args.user_id))
      .map((each) => ({
        ...each,
        data: this.read(each.context, Number(each.params["user_id"])),
      }));
    return Response.json({ result: this.version, invalidate: targets, fresh });
  }

  private isOf({ user_id }: Instance["params"], changed: number | undefined): boolean {
    return changed === undefined || Number(user_id) === changed;
  }

  /** Changes one user or all; returns what is stale now. */
  change(user_id?: number): Target[] {
    this.version += 1;
    const ids = user_id === undefined ? USERS : [user_id];
    for (const id of ids) this.values.set(id, this.version);
    return user_id === undefined ? ["*"] : ["list", { context: "user", params: { user_id } }];
  }

  readonly fetch = (url: string, init: RequestInit): Promise<Response> =>
    new Promise((resolve, reject) => {
      const isCall = init.method === "POST";
      const [, context = "", id] = /ctx\/(\w+)\/(?:\?user_id=(\d+))?$/.exec(url) ?? [];
      const key = isCall ? null : url;
      if (key !== null) {
        const isRunning = this.open.some((each) => each.key === key);
        if (isRunning) this.faults.push(`two fetches of ${key} at once`);
      }
      const headers = new Headers(init.headers);
      const act = (): Response =>
        isCall
          ? this.call(JSON.parse(init.body as string) as never, headers)
          : this.answer(context, Number(id));
      this.messages.push({ key, act, settle: { resolve, reject } });
    });

  get open(): Message[] {
    return this.messages.filter(({ isOver }) => !isOver);
  }

  process(message: Message): void {
    message.response ??= message.act();
  }

  deliver(message: Message): void {
    this.process(message);
    message.isOver = true;
    message.settle.resolve(message.response ?? Response.error());
  }

  lose(message: Message): void {
    message.isOver = true;
    message.settle.reject(new TypeError("Failed to fetch"));
  }
}
