// Requests to the server: with the token, if one was given, and problems as errors for people.

const TOKEN = "sutja-token";

/** An answer that is a problem (RFC 9457). */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {string} detail
   */
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/**
 * Ask the server, again once a token was given where one is wanted.
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<Response>}
 */
export async function ask(path, options = {}) {
  const headers = new Headers(options.headers);
  const token = sessionStorage.getItem(TOKEN);
  if (token) headers.set("authorization", `Bearer ${token}`);
  const response = await fetch(path, { ...options, headers });
  if (response.ok) return response;
  if (response.status === 401 && (await askForToken())) return ask(path, options);
  const problem = await response.json().catch(() => ({ detail: response.statusText }));
  throw new Problem(response.status, problem.detail ?? response.statusText);
}

/**
 * Ask the server for JSON.
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<any>}
 */
export async function askJson(path, options) {
  return (await ask(path, options)).json();
}

/** @type {Promise<boolean> | null} */
let asking = null;

/** Let the person type a token. @returns {Promise<boolean>} */
function askForToken() {
  asking ??= new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    const form = document.createElement("form");
    const label = document.createElement("label");
    const input = document.createElement("input");
    const button = document.createElement("button");
    form.method = "dialog";
    label.textContent = "Token";
    input.type = "password";
    input.required = true;
    input.autocomplete = "off";
    button.textContent = "OK";
    label.append(input);
    form.append(label, button);
    dialog.append(form);
    document.body.append(dialog);
    dialog.addEventListener("close", () => {
      if (input.value) sessionStorage.setItem(TOKEN, input.value.trim());
      dialog.remove();
      asking = null;
      resolve(input.value !== "");
    });
    dialog.showModal();
  });
  return asking;
}

/**
 * Decode base64 to bytes.
 * @param {string} text
 */
export function decodeBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
