/**
 * Every Redis key of the transport. The hash tag is the run: the fence of the run and the keys of all its generations share a slot,
 * so that one script can check and join in one step.
 */
export interface GenerationKeys {
  /** String: newest generation of the run that anybody joined. */
  readonly fence: string;
  /** Hash: world size, transport, token, nonce and endpoint per rank, secret, counts of joined and left ranks, abort report. */
  readonly state: string;
  /** Hash: rank -> last heartbeat. */
  readonly beats: string;
  /** Stream that all other ranks read. */
  all(from: number): string;
  /** Stream that one rank reads. */
  to(from: number, reader: number): string;
  /** Stream of small messages to one rank: acknowledgements, goodbyes, aborts. */
  inbox(rank: number): string;
}

export function generationKeys(runId: string, generation: number): GenerationKeys {
  const run = `arcfleet:collective:{${runId}}`;
  const own = `${run}:${generation}`;
  return {
    fence: `${run}:generation`,
    state: `${own}:state`,
    beats: `${own}:beats`,
    all: (from) => `${own}:all:${from}`,
    to: (from, reader) => `${own}:to:${from}:${reader}`,
    inbox: (rank) => `${own}:inbox:${rank}`,
  };
}

/** Streams that a rank owns: it creates, renews and deletes them. */
export function ownStreams(keys: GenerationKeys, rank: number, worldSize: number): string[] {
  const peers = Array.from({ length: worldSize }, (_, peer) => peer).filter((peer) => peer !== rank);
  return [keys.inbox(rank), keys.all(rank), ...peers.map((peer) => keys.to(rank, peer))];
}
