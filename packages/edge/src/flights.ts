/**
 * Requests for the same that share one fetch (SPEC.md, MZ-HDR-018).
 * Invariant: nobody joins a fetch that began before a purge that came before him.
 */

interface Flight<T> {
  readonly after: number;
  readonly landed: Promise<T>;
}

/** The fetches that go on, by what they are for. */
export class Flights<T> {
  readonly #flights = new Map<string, Flight<T>>();

  /** The fetch that goes on since after the latest purge; null if there is none. */
  join(place: string, latest: number): Promise<T> | null {
    const flight = this.#flights.get(place);
    return flight?.after === latest ? flight.landed : null;
  }

  /** Begins a fetch that others may join, until it ends or a later one takes its place. */
  start(place: string, latest: number, land: () => Promise<T>): Promise<T> {
    const landed = land();
    const flight = { after: latest, landed };
    this.#flights.set(place, flight);
    const end = (): void => {
      if (this.#flights.get(place) === flight) this.#flights.delete(place);
    };
    landed.then(end, end);
    return landed;
  }
}
