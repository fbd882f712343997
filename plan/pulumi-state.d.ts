/** The SDK strips these types as internal; the mock runtime needs the one switch. */
declare module "@pulumi/pulumi/runtime/state" {
  export function getStore(): { supportsTransforms: boolean };
}
