// The page on Mizan's generated client. Equal parts of data are shared, as TanStack Query always does.
import "./probe.js";
import { MizanProvider } from "@mizan/react";
import { sharing } from "@mizan/runtime/share";
import { createClient } from "./mizan/client.js";
import { useAddOne, useNotifications, useOrders, useProducts, useProfile } from "./mizan/react.js";
import { CUSTOMER, show } from "./view.js";

const client = createClient();
sharing(client);
const whose = { customer_id: CUSTOMER };

show(
  {
    useProfile: () => useProfile(whose).data?.profile,
    useOrders: () => useOrders(whose).data?.orders,
    useUnread: () => useNotifications(whose).data?.unread,
    useProducts: () => useProducts().data?.products,
    useAddOne: () => {
      const { call, isPending } = useAddOne();
      return { isPending, run: (order_id) => void call({ ...whose, order_id }) };
    },
  },
  (page) => <MizanProvider client={client}>{page}</MizanProvider>,
);
