// <syndicate-feed src="…/feed.json">: a JSON Feed on any page. Nothing of it is ever read as HTML.
// Attributes, parts and custom properties: docs/embedding.md of syndicate.
const sheet = new CSSStyleSheet(); // unlike <style>, under any Content-Security-Policy
sheet.replaceSync(`
:host { display: block; container-type: inline-size;
	color: var(--syndicate-text, inherit); font: var(--syndicate-font, inherit);
	--gap: var(--syndicate-gap, 1em); --round: var(--syndicate-radius, .5em);
	--muted: var(--syndicate-muted, color-mix(in srgb, currentColor 78%, transparent));
	--line: 1px solid var(--syndicate-border, #8886) }
:host([hidden]), [hidden], ul:empty { display: none !important }
ul, p { margin: 0; padding: 0 }
ul { list-style: none; display: grid; gap: var(--gap) }
li { position: relative; display: flex; gap: var(--gap); overflow-wrap: anywhere }
li + li { border-top: var(--line); padding-top: var(--gap) }
div { flex: 1; display: grid; gap: .35em; align-content: start }
img { width: 8em; aspect-ratio: var(--syndicate-ratio, 3/2); object-fit: cover; align-self: start }
a { color: var(--syndicate-accent, inherit); text-decoration: none }
a::after { content: ""; position: absolute; inset: 0 }
a:hover { text-decoration: underline }
a:focus { outline: none }
a:focus-visible::after, button:focus-visible { outline: 2px solid; outline-offset: 2px }
p, button { font-size: .875em }
p { color: var(--muted); line-height: 1.5 }
[part=title] { font-size: 1em; font-weight: 600; line-height: 1.35; color: inherit }
[part=summary] { overflow: hidden; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3 }
.cards { grid-template-columns: repeat(auto-fill, minmax(min(100%, 15em), 1fr)) }
.cards li { flex-direction: column; gap: 0; padding: 0; background: var(--syndicate-surface, none) }
.cards div { padding: 1em }
.cards div:only-child p { -webkit-line-clamp: 9 }
.headlines { --gap: calc(var(--syndicate-gap, 1em) * .6) }
.headlines div { grid-template-columns: 1fr auto; align-items: baseline; gap: 1em }
time { white-space: nowrap }
button { font-family: inherit; color: inherit; background: none; padding: .4em .9em; margin-top: .75em; cursor: pointer }
button, .cards li { border: var(--line) }
button, .cards li, img, a::after { border-radius: var(--round) }
.cards img { width: 100%; aspect-ratio: var(--syndicate-ratio, 16/9); border-radius: var(--round) var(--round) 0 0 }
@container (max-width: 24em) { ul:not(.cards) img { width: 5em } }`);

const WORDS = { loading: "Loading…", empty: "Nothing here yet.", error: "This feed could not be loaded." };
const text = (value) => (typeof value == "string" ? value.trim() : "");
const list = (value) => (Array.isArray(value) ? value.filter((each) => each === Object(each)) : []);
const web = (value, base) => {
	const url = text(value) && URL.canParse(value, base) && new URL(value, base);
	return /^https?:/.test(url) && url.href;
};
const make = (name, part, properties, ...inside) => {
	const element = Object.assign(document.createElement(name), { part }, properties);
	element.append(...inside.filter(Boolean));
	return element;
};

customElements.get("syndicate-feed") ?? customElements.define("syndicate-feed", class extends HTMLElement {
	static observedAttributes = ["src", "limit", "layout", "images", "refresh"];
	#items = make("ul", "list", { role: "list" }); // Safari drops it with the bullets
	#slot = make("slot");
	#status = make("p", "status", { role: "status" }, this.#slot);
	#retry = make("button", "retry", { type: "button" }, make("slot", "", { name: "retry" }, "Try again"));
	#asked; #timer; #task; #source; #feed; #base;

	constructor() {
		super();
		const root = this.attachShadow({ mode: "open" });
		root.adoptedStyleSheets = [sheet];
		root.append(this.#items, this.#status, this.#retry);
		this.#retry.onclick = () => this.reload();
		this.#say("");
	}

	connectedCallback() {
		document.addEventListener("visibilitychange", this.#plan);
		this.reload();
	}

	disconnectedCallback() {
		document.removeEventListener("visibilitychange", this.#plan);
		this.#task.abort();
		this.#plan();
	}

	attributeChangedCallback(name, before, now) {
		if (name == "refresh") return this.#plan();
		if (name != "src") return this.#show();
		if (before == now) return;
		this.#feed = this.#source = null;
		this.#items.replaceChildren();
		if (this.#task && this.isConnected) this.reload();
	}

	// Through the browser's HTTP cache. What is shown stays until something else has come.
	async reload() {
		this.#task?.abort();
		const task = (this.#task = new AbortController());
		const signal = AbortSignal.any([task.signal, AbortSignal.timeout(3e4)]);
		const src = this.getAttribute("src");
		this.#asked = Date.now();
		if (!this.#feed) this.#say(src && "loading");
		try {
			const answer = await fetch(web(src, document.baseURI) || "about:invalid", { signal, credentials: "omit" });
			const source = await answer.text();
			const feed = JSON.parse(source);
			if (!answer.ok || !/^https?:\/\/jsonfeed\.org\/version\/1/.test(feed.version)) throw answer;
			if (source != this.#source) {
				[this.#source, this.#feed, this.#base] = [source, feed, answer.url];
				this.#show();
			}
		} catch {
			if (task == this.#task && !this.#feed) this.#say(src && "error");
		}
		this.#plan();
	}

	// A hidden page is not refreshed; it catches up when it is seen again.
	#plan = () => {
		clearTimeout(this.#timer);
		const minutes = Math.min(this.getAttribute("refresh"), 9999); // more would overflow the timer
		if (!this.#asked || !this.isConnected || document.hidden || !(minutes > 0)) return;
		this.#timer = setTimeout(() => this.reload(), this.#asked + Math.max(minutes, 1) * 60000 - Date.now());
	};

	#say(state) {
		const focused = this.shadowRoot.activeElement == this.#retry;
		if (focused && !state) this.#items.querySelector("a")?.focus();
		this.#retry.hidden = state != "error" && !(focused && state == "loading");
		this.#slot.name = state;
		this.#slot.textContent = WORDS[state];
		this.#status.hidden = !state;
	}

	#show() {
		if (!this.#feed) return;
		const layout = this.getAttribute("layout") || "list";
		const limit = Math.max(parseInt(this.getAttribute("limit")) || 5, 1);
		const items = list(this.#feed.items).slice(0, limit).map((each) => this.#item(each, layout == "headlines"));
		Object.assign(this.#items, { className: layout, lang: text(this.#feed.language), ariaLabel: text(this.#feed.title) });
		this.#items.replaceChildren(...items);
		this.#say(items.length ? "" : "empty");
	}

	#item(item, brief) {
		const href = web(item.url, this.#base) || web(item.external_url, this.#base);
		const words = text(item.title) || text(item.summary) || text(item.content_text) || href || "…";
		const names = list(item.authors || [item.author]).map((each) => text(each.name));
		const author = !brief && names.filter(Boolean).join(", ");
		const date = this.#date(new Date(text(item.date_published)));
		const summary = !brief && text(item.summary);
		return make("li", "item", {}, !brief && this.#image(item), make("div", "body", { dir: "auto" },
			make("p", "title", {}, href ? make("a", "link", { href, rel: "noopener" }, words) : words),
			(author || date) && make("p", "meta", {}, date, author && date && " · ", author && make("span", "author", {}, author)),
			summary && make("p", "summary", {}, summary)));
	}

	#image(item) {
		const src = web(item.image, this.#base);
		if (!src || this.getAttribute("images") == "off") return;
		const alt = text(list(item.attachments).find((each) => each.url == item.image)?.title);
		const image = make("img", "image", { loading: "lazy", alt, src });
		image.onerror = () => image.remove();
		return image;
	}

	#date(date) {
		if (isNaN(date)) return;
		const lang = this.closest("[lang]")?.lang || navigator.language;
		const dateTime = date.toISOString();
		let day = dateTime.slice(0, 10);
		try {
			day = date.toLocaleDateString(lang, { dateStyle: "medium" });
		} catch {} // no such language
		return make("time", "date", { dateTime, lang }, day);
	}
});
