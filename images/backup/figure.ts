/** One figure, as Prometheus and CloudWatch know it. */
export interface Figure {
  /** Prometheus name. */
  name: string;
  help: string;
  labels?: Record<string, string>;
  value: number;
  /** CloudWatch name; absent: not sent there. */
  cloudWatch?: string;
}
