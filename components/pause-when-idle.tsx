"use client";

import { focusManager } from "@tanstack/react-query";
import { useEffect } from "react";

const IDLE_MS = 15 * 60_000;
const CHECK_MS = 30_000;
const SIGNS_OF_LIFE = ["pointermove", "pointerdown", "keydown", "wheel"] as const;

/**
 * A page that nobody has touched for a while stops asking what is new, and asks again at the first sign of life.
 * Each question keeps the session alive, so that otherwise no session of an open page would ever end by itself.
 */
export const PauseWhenIdle = () => {
  useEffect(() => {
    let last = Date.now();
    let paused = false;
    const alive = () => {
      last = Date.now();
      if (!paused) return;
      paused = false;
      // Back to whether the page is visible.
      focusManager.setFocused(undefined);
    };
    const timer = setInterval(() => {
      if (paused || Date.now() - last < IDLE_MS) return;
      paused = true;
      focusManager.setFocused(false);
    }, CHECK_MS);
    for (const sign of SIGNS_OF_LIFE) document.addEventListener(sign, alive, { passive: true });
    return () => {
      clearInterval(timer);
      for (const sign of SIGNS_OF_LIFE) document.removeEventListener(sign, alive);
    };
  }, []);
  return null;
};
