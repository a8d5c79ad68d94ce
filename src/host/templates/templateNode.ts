/** A node of the Templates view. */
export type TemplateNode =
  | { readonly kind: 'set'; readonly setPath: string }
  | { readonly kind: 'structure'; readonly setPath: string; readonly structure: string }
  | { readonly kind: 'scan'; readonly setPath: string; readonly structure: string; readonly scanId: string }
  | { readonly kind: 'bank'; readonly id: string }
  | { readonly kind: 'bankStructure'; readonly bank: string; readonly structure: string }
