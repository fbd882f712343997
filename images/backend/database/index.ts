export { Database, type DatabaseSettings, type TransactionLimits } from "./database";
export { classify, LimitReached, OutcomeUnknown, type Failure } from "./failure";
export { Reads } from "./reads";
