const TOKEN_START = /kf_(live|oper)_[0-9A-Za-z]{8}/;

/**
 * What of a pasted text may leave the browser: of a token only the public part, wherever in the text it stands, as in a
 * copied header. Its secret stays in the field.
 */
export const askable = (text: string): string => TOKEN_START.exec(text)?.[0] ?? text.trim();
