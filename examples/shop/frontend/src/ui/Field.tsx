/**
 * A field of a form, with what the server has to say about it.
 * Invariant: an error is told with the field that it belongs to.
 */

import { useId } from "react";
import type { InputHTMLAttributes, ReactElement } from "react";

export interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string;
  /** The argument of the call. */
  readonly name: string;
  readonly onText: (text: string) => void;
  /** Why the server refused it. */
  readonly error: string | undefined;
}

/** Draws a label, the input and its error. */
export function Field({ label, name, onText, error, ...rest }: FieldProps): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        aria-invalid={!!error}
        aria-describedby={error ? `${id}-error` : undefined}
        onChange={(event) => {
          onText(event.target.value);
        }}
        {...rest}
      />
      {error && (
        <p id={`${id}-error`} className="error">
          {error}
        </p>
      )}
    </div>
  );
}
