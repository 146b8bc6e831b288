/** The feed of who is signed in. */

import type { ReactElement } from "react";
import { told } from "../message.js";
import { useMarkAllRead, useMarkRead, useNotifications } from "../mizan/react.js";
import type { NotificationShape } from "../mizan/types.js";
import { go, useAddress, withQuery } from "../router.js";
import { SignedIn } from "../session.js";
import { count, when } from "../ui/format.js";
import { Load } from "../ui/Load.js";
import { Page } from "../ui/Page.js";

export function Notifications(): ReactElement {
  return (
    <Page title="Notifications">
      <SignedIn>{() => <Feed />}</SignedIn>
    </Page>
  );
}

function Feed(): ReactElement {
  const address = useAddress();
  const isUnreadOnly = address.searchParams.get("unread_only") === "true";
  const feed = useNotifications({ unread_only: isUnreadOnly }, { keepPrevious: true });
  const markAll = useMarkAllRead();
  const read = (): void => {
    void told(markAll.call(), (number) => `${count(number, "notification")} marked as read.`);
  };
  return (
    <Load of={feed} context="notifications">
      {({ notifications, unread }) => (
        <>
          <div className="bar-of">
            <strong>{unread} unread</strong>
            <label>
              <input
                type="checkbox"
                checked={isUnreadOnly}
                onChange={({ target }) => {
                  go(withQuery(address, { unread_only: target.checked }));
                }}
              />
              Unread only
            </label>
            <button type="button" disabled={!unread || markAll.isPending} onClick={read}>
              Mark all as read
            </button>
          </div>
          {notifications.length === 0 && <p className="empty">Nothing to read.</p>}
          <ul aria-label="Notifications" className="feed">
            {notifications.map((each) => (
              <Item key={each.id} of={each} />
            ))}
          </ul>
        </>
      )}
    </Load>
  );
}

function Item({ of }: { readonly of: NotificationShape }): ReactElement {
  const { id, text, created_at, read_at } = of;
  const mark = useMarkRead();
  return (
    <li className={read_at ? "read" : "unread"}>
      <div>
        <span>{text}</span>
        <small>{when(created_at)}</small>
      </div>
      {!read_at && (
        <button
          type="button"
          className="plain"
          aria-label={`Mark as read: ${text}`}
          disabled={mark.isPending}
          onClick={() => void told(mark.call({ notification_id: id }), () => "Marked as read.")}
        >
          Mark as read
        </button>
      )}
    </li>
  );
}
