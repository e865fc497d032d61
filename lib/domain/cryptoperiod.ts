/** How long a version wraps before it is overdue for rotation, when nothing else was set (SP 800-57 part 1, 5.3.6). */
export const ROTATION_DAYS = 365;
