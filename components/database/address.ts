import type * as pulumi from "@pulumi/pulumi";

/** Where the writer is reached without the pools. */
export interface DatabaseAddress {
  name: string;
  port: number;
  writerHost: pulumi.Input<string>;
  /** Networks that a pod has to be let out to. */
  cidrs: string[];
}

/** The address as the charts take it, whose pods verify the server's certificate. */
export function addressValues({ name, port, writerHost }: DatabaseAddress) {
  return { host: writerHost, port, name, caConfigMap: "rds-ca" };
}
