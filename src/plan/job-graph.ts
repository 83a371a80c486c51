/** JobGraph: vertices are chains, edges carry a ship strategy. Plain data, as `etl explain --json` prints it. */
export type ShipStrategy =
  'FORWARD' | 'HASH' | 'RANGE' | 'BROADCAST' | 'REBALANCE' | 'RESCALE' | 'SHUFFLE' | 'GLOBAL' | 'CUSTOM';

export interface JobVertex {
  readonly id: string;
  /** `users → filter → select → redis`. */
  readonly name: string;
  readonly parallelism: number;
  /** Ids of the logical nodes in the chain, source first. */
  readonly chain: readonly string[];
  /** By id of the chain: how it does its work, where there was a choice. */
  readonly strategies: Readonly<Record<string, string>>;
}

export interface JobEdge {
  readonly from: string;
  readonly to: string;
  readonly ship: ShipStrategy;
  /** What one superstep of an iteration left for the next. */
  readonly feedback?: true;
}

export interface JobGraph {
  readonly vertices: readonly JobVertex[];
  readonly edges: readonly JobEdge[];
}
