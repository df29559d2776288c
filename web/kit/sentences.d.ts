// What `sentences.ts` makes while building.
declare module 'virtual:sentences/*' {
  const book: Record<string, Record<string, string>>;
  export default book;
}
