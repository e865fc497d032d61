import { ensureInstalled } from "./install.mjs";
import { findNode24 } from "./node24.mjs";

/** What every command begins with: the packages are there and Node 24 is found. Returns the path of that Node. */
export const bootstrap = async ({ starts = false } = {}) => {
  await ensureInstalled();
  return findNode24({ starts });
};
