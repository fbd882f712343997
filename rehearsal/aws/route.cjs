// Preloaded into a program: requests for the stack's name go to the stand-in load balancer.
const { STAND_IN_NAME: name, STAND_IN_LOAD_BALANCER: address } = process.env;
const { fetch } = globalThis;

globalThis.fetch = (input, init) => {
  const url = new URL(input);
  return fetch(url.hostname === name ? new URL(url.pathname, address) : input, init);
};
