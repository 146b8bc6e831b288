/**
 * The folder of the suite's data: `schema/v1`, `vectors/v1`, `requirements/v1.json`, `http/v1`, `app`, and
 * `SHA256SUMS`, in the form of `sha256sum --check`.
 */
export declare const data: URL;
