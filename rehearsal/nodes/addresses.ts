/**
 * Addresses inside the sandbox, as Kubernetes' own documents number them. They exist in no other
 * network: nothing of the sandbox leaves it.
 */
export const fabricAddress = "10.250.0.1";
/** Pods of all nodes. */
export const podsRange = "10.244.0.0/16";
export const servicesRange = "10.96.0.0/16";
/** Where pods ask for names: every node has it, and answers. No Service. */
export const dnsAddress = "10.96.0.10";
/** How many nodes the addresses are good for. */
export const mostNodes = 100;

/** Address of the `number`th node, from 1. */
export function nodeAddress(number: number): string {
  return `10.250.0.${10 + number}`;
}

/** Pods of the `number`th node, from 1. */
export function podRange(number: number): string {
  return `10.244.${number}.0/24`;
}
