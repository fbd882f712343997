export { Database, type DatabaseSettings } from "./database";
export { classify, type Failure } from "./failure";
export { Reads } from "./reads";
