/** The customer's own data, to be changed. */

import { fieldErrors } from "@mizan/react/forms";
import { useState } from "react";
import type { ReactElement } from "react";
import { told } from "../message.js";
import { useCustomer, useUpdateProfile } from "../mizan/react.js";
import type { CustomerShape } from "../mizan/types.js";
import { SignedIn } from "../session.js";
import { Field } from "../ui/Field.js";
import { Load } from "../ui/Load.js";
import { Page } from "../ui/Page.js";

export function Profile(): ReactElement {
  return (
    <Page title="Profile">
      <SignedIn>{({ customer_id: id }) => <Own id={id} />}</SignedIn>
    </Page>
  );
}

function Own({ id }: { readonly id: number }): ReactElement {
  const customer = useCustomer({ customer_id: id });
  return (
    <Load of={customer} context="customer">
      {({ customer: shown }) => <Form customer={shown} />}
    </Load>
  );
}

type Draft = Partial<Pick<CustomerShape, "name" | "email" | "phone">>;

/** What was not typed into shows what the server has, also when that changes. */
function Form({ customer }: { readonly customer: CustomerShape }): ReactElement {
  const [draft, setDraft] = useState<Draft>({});
  const update = useUpdateProfile();
  const errors = fieldErrors(update.error);
  const { name, email, phone } = { ...customer, ...draft };
  const change = (part: Draft): void => {
    setDraft((old) => ({ ...old, ...part }));
  };
  const save = async (): Promise<void> => {
    const args = { customer_id: customer.id, name, email, phone };
    if (await told(update.call(args), () => "Saved.")) setDraft({});
  };
  return (
    <form
      className="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Field
        label="Name"
        name="name"
        autoComplete="name"
        value={name}
        error={errors?.["name"]?.message}
        onText={(text) => {
          change({ name: text });
        }}
      />
      <Field
        label="Email"
        name="email"
        type="email"
        autoComplete="email"
        value={email}
        error={errors?.["email"]?.message}
        onText={(text) => {
          change({ email: text });
        }}
      />
      <Field
        label="Phone"
        name="phone"
        type="tel"
        autoComplete="tel"
        value={phone}
        error={errors?.["phone"]?.message}
        onText={(text) => {
          change({ phone: text });
        }}
      />
      <button disabled={update.isPending}>Save</button>
    </form>
  );
}
