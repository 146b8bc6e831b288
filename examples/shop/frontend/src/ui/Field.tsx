/**
 * A field of a form, with what the server has to say about it.
 * Invariant: an error is told with the field that it belongs to.
 */

import type { MizanError } from "@mizan/runtime";
import { useId } from "react";
import type { InputHTMLAttributes, ReactElement } from "react";

export interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string;
  /** The argument of the call. */
  readonly name: string;
  readonly onText: (text: string) => void;
  /** What the call was refused with. */
  readonly error: MizanError<string> | undefined;
}

/** Draws a label, the input and its error. */
export function Field({ label, name, onText, error, ...rest }: FieldProps): ReactElement {
  const id = useId();
  const wrong = error?.errors.filter(({ pointer }) => pointer === `/${name}`) ?? [];
  const text = wrong.map(({ detail }) => detail).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        aria-invalid={text !== ""}
        aria-describedby={text ? `${id}-error` : undefined}
        onChange={(event) => {
          onText(event.target.value);
        }}
        {...rest}
      />
      {text && (
        <p id={`${id}-error`} className="error">
          {text}
        </p>
      )}
    </div>
  );
}
