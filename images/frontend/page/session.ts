import { byId } from "./dom";

const name = "mini-xdr.key";

/** The API key of this tab: in its session storage and nowhere else. */
export const session = {
  get key(): string | undefined {
    return sessionStorage.getItem(name) ?? undefined;
  },
  set key(key: string | undefined) {
    if (key === undefined) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, key);
  },
};

/**
 * The sign-in form. `check` tries a key and returns what is wrong with it, in words; undefined
 * when it is good.
 */
export class SignIn {
  private readonly input = byId<HTMLInputElement>("key");

  constructor(check: (key: string) => Promise<string | undefined>) {
    const form = byId<HTMLFormElement>("sign-in-form");
    const button = form.querySelector("button")!;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (button.ariaDisabled === "true") return;
      const key = this.input.value.trim();
      // A header cannot carry anything else.
      if (!/^[\x21-\x7e]+$/.test(key))
        return this.complain(key ? "This is not an API key." : "Type your API key.");
      // Not `disabled`: the focus would be lost.
      button.ariaDisabled = "true";
      void check(key).then((problem) => {
        button.ariaDisabled = null;
        if (problem) this.complain(problem);
        else this.input.value = "";
      });
    });
  }

  /** Shows the form, with what was wrong, and puts the focus into it. */
  show(problem = ""): void {
    byId("sign-in").hidden = false;
    this.complain(problem);
  }

  hide(): void {
    byId("sign-in").hidden = true;
  }

  private complain(problem: string): void {
    byId("key-error").textContent = problem;
    this.input.ariaInvalid = problem ? "true" : null;
    this.input.focus();
  }
}
