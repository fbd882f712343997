import type { FastifySchemaCompiler } from "fastify";
import { type TSchema } from "typebox";
import { Compile } from "typebox/compile";

/**
 * Checks a part of a request against its schema as it is. Only a query has no numbers of its own:
 * there, and only for what the schema calls an integer, digits are one.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema);
  const { properties = {} } = schema as { properties?: Record<string, { type?: string }> };
  const integers =
    httpPart === "querystring"
      ? Object.keys(properties).filter((name) => properties[name]!.type === "integer")
      : [];
  return (value) => {
    for (const name of integers) {
      const text: unknown = value[name];
      if (typeof text === "string" && /^\d{1,9}$/.test(text)) value[name] = Number(text);
    }
    return validator.Check(value) ? { value } : { error: validator.Errors(value) };
  };
};
