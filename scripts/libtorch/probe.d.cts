/** undefined, or the loader's complaint. */
export declare function libraryComplaint(file: string): string | undefined
/** undefined, or why the addon cannot be required. */
export declare function addonComplaint(file: string): string | undefined
/** The first Python that has pip. */
export declare function findPip(
  env?: Readonly<Record<string, string | undefined>>
): { readonly python: string; readonly version: string } | undefined
