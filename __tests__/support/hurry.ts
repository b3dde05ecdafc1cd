/** The pauses between tries, and what waits for a store, are not longer; what a call of Graph has is. */
const LONGEST_MS = 1000;

const later = globalThis.setTimeout;

afterEach(() => {
  jest.restoreAllMocks();
});

/** Has what takes up to a second take a tenth of that, where a test is not about how long it is. */
export function hurry(): void {
  jest
    .spyOn(globalThis, 'setTimeout')
    .mockImplementation((callback, ms = 0, ...given) =>
      later(callback, ms > LONGEST_MS ? ms : ms / 10, ...given),
    );
}
