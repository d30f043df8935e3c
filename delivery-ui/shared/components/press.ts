/**
 * A button that cannot be pressed now says so and stays where it is: `disabled` would take the focus away from whoever
 * has just pressed it, and a keyboard or a screen reader would begin again at the top of the page.
 */
export const pressed =
  <E extends Event>(isInert: boolean, react: ((event: E) => void) | undefined) =>
  (event: E): void => {
    // Also holds back the form that a submit button would send.
    if (isInert) event.preventDefault();
    else react?.(event);
  };
