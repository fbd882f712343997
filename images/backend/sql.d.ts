/** esbuild puts the text of a migration into the bundle. */
declare module "*.sql" {
  const text: string;
  export default text;
}
