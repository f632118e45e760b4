"""What the waveform is made of in the browser: see `components.waveform`."""

from __future__ import annotations

HTML = """<div class="box">
  <div class="wave">
    <svg viewBox="0 0 800 100" preserveAspectRatio="none" aria-hidden="true"><path></path></svg>
    <div class="clip"><span></span></div>
    <div class="out before"></div><div class="out after"></div>
    <div class="head" hidden></div>
    <div class="handle first" role="slider" tabindex="0"><i></i></div>
    <div class="handle last" role="slider" tabindex="0"><i></i></div>
  </div>
  <div class="row">
    <button type="button" class="play"></button><span class="times" aria-live="polite"></span>
  </div>
  <audio class="sound" preload="none"></audio>
</div>
"""

CSS = """
.box { font-family: var(--st-font); color: var(--st-text-color); }
.wave { position: relative; height: 5.5rem; margin: 0 0.75rem; touch-action: none; cursor: pointer;
  user-select: none; border-radius: var(--st-base-radius); background: var(--st-secondary-background-color); }
svg { position: absolute; inset: 0; width: 100%; height: 100%; fill: var(--st-primary-color); }
.clip { position: absolute; top: 0; bottom: 0; overflow: hidden; box-sizing: border-box;
  background: color-mix(in srgb, var(--st-primary-color) 16%, transparent);
  border-bottom: 3px solid var(--st-primary-color); }
.clip span { position: absolute; right: 0.25rem; bottom: 0.25rem; padding: 0 0.3rem; font-size: 0.7rem;
  line-height: 1.4; border-radius: 0.3rem; background: var(--st-background-color); }
.out { position: absolute; top: 0; bottom: 0;
  background: color-mix(in srgb, var(--st-background-color) 72%, transparent); }
.before { left: 0; }
.after { right: 0; }
.head { position: absolute; top: 0; bottom: 0; width: 2px; margin-left: -1px;
  background: var(--st-text-color); }
.handle { position: absolute; top: 0; bottom: 0; width: 1.5rem; margin-left: -0.75rem; cursor: ew-resize;
  display: flex; align-items: center; justify-content: center; outline: none; touch-action: none; }
.handle::before { content: ""; position: absolute; top: 0; bottom: 0; left: 50%; width: 3px;
  margin-left: -1.5px; background: var(--st-primary-color); }
.handle i { position: relative; width: 0.9rem; height: 1.9rem; border-radius: 0.45rem;
  background: var(--st-primary-color); border: 2px solid var(--st-background-color); }
.handle[hidden], .row[hidden] { display: none; }
.wave.fixed { margin: 0; cursor: default; touch-action: auto; }
.handle:focus-visible i { box-shadow: 0 0 0 3px var(--st-text-color); }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: 0.3rem 0.9rem; margin-top: 0.5rem;
  font-size: 0.875rem; }
.times { font-variant-numeric: tabular-nums;
  color: color-mix(in srgb, var(--st-text-color) 75%, transparent); }
button { font: inherit; color: inherit; cursor: pointer; padding: 0.25rem 0.8rem; min-height: 2.25rem;
  background: var(--st-background-color); border: 1px solid var(--st-border-color);
  border-radius: var(--st-button-radius, var(--st-base-radius)); }
button:hover, button:focus-visible { border-color: var(--st-primary-color); color: var(--st-link-color); }
"""

JS = r"""
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole)
const views = new WeakMap()

class View {
  constructor(root) {
    this.root = root
    this.find = (name) => root.querySelector(name)
    this.wave = this.find(".wave")
    this.audio = this.find("audio")
    this.handles = { start: this.find(".first"), end: this.find(".last") }
    this.dragging = null
    this.wave.addEventListener("pointerdown", (event) => this.grab(event))
    this.wave.addEventListener("pointermove", (event) => this.drag(event))
    this.wave.addEventListener("pointerup", () => this.drop())
    this.wave.addEventListener("pointercancel", () => this.drop())
    for (const name of ["start", "end"]) {
      this.handles[name].addEventListener("keydown", (event) => this.press(event, name))
      this.handles[name].addEventListener("keyup", () => this.tell())
      this.handles[name].addEventListener("blur", () => this.tell())
    }
    this.find(".play").addEventListener("click", () => (this.audio.paused ? this.play() : this.audio.pause()))
    for (const name of ["play", "pause", "ended"]) this.audio.addEventListener(name, () => this.sounding())
  }

  take({ data, setStateValue }) {
    const other = this.data?.token !== data.token
    this.data = data
    this.send = setStateValue
    if (other) {
      this.audio.pause()
      Object.assign(this, { start: data.start, end: data.end, told: `${data.start} ${data.end}` })
      if (this.audio.getAttribute("src") !== data.url) this.audio.setAttribute("src", data.url)
      this.find("path").setAttribute("d", this.outline(data.peaks))
    }
    this.handles.start.setAttribute("aria-label", data.words.start)
    this.handles.end.setAttribute("aria-label", data.words.end)
    this.find(".clip span").textContent = data.words.clip
    this.wave.classList.toggle("fixed", data.fixed)
    for (const handle of Object.values(this.handles)) handle.hidden = data.fixed
    this.find(".row").hidden = data.fixed
    this.sounding()
    this.draw()
  }

  outline(peaks) {
    // The loudest peak fills the height, so that a quiet sound is seen, too.
    const top = Math.max(0.02, ...peaks)
    const step = 800 / Math.max(1, peaks.length - 1)
    const points = peaks.map((peak, at) => [at * step, (peak / top) * 44 + 0.7])
    const above = points.map(([x, y]) => `${x.toFixed(1)},${(50 - y).toFixed(1)}`)
    const below = points.reverse().map(([x, y]) => `${x.toFixed(1)},${(50 + y).toFixed(1)}`)
    return `M${above.join("L")}L${below.join("L")}Z`
  }

  draw() {
    const { seconds, clip_seconds: clip, words } = this.data
    const share = (at) => `${(100 * Math.min(1, Math.max(0, at / seconds))).toFixed(3)}%`
    this.handles.start.style.left = share(this.start)
    this.handles.end.style.left = share(this.end)
    this.find(".before").style.width = share(this.start)
    this.find(".after").style.width = share(seconds - this.end)
    const region = this.find(".clip")
    region.hidden = !clip
    region.style.left = share(this.start)
    region.style.width = share(Math.min(clip ?? 0, seconds - this.start))
    // Beside a very long sound the video is too narrow for a word.
    this.find(".clip span").hidden = region.offsetWidth < 48
    for (const name of ["start", "end"]) {
      const at = this.handles[name]
      at.setAttribute("aria-valuemin", "0")
      at.setAttribute("aria-valuemax", seconds.toFixed(2))
      at.setAttribute("aria-valuenow", this[name].toFixed(2))
      at.setAttribute("aria-valuetext", fill(words.at, { seconds: this[name].toFixed(1) }))
    }
    const [start, end, length] = [this.start, this.end, this.end - this.start].map((at) => at.toFixed(1))
    const said = fill(words.piece, { start, end, length })
    const times = this.find(".times")
    if (times.textContent !== said) times.textContent = said
  }

  move(name, to) {
    const { seconds, least, most } = this.data
    const at = Math.round(Math.min(seconds, Math.max(0, to)) * 100) / 100
    if (name === "start") {
      this.start = Math.max(0, Math.min(at, this.end - least))
      this.end = Math.min(this.end, this.start + most)
    } else {
      this.end = Math.min(seconds, Math.max(at, this.start + least))
      this.start = Math.max(this.start, this.end - most)
    }
    this.draw()
  }

  tell() {
    const now = `${this.start} ${this.end}`
    if (now === this.told || this.dragging) return
    this.told = now
    this.send("selection", { token: this.data.token, start: this.start, end: this.end })
  }

  at(event) {
    const box = this.wave.getBoundingClientRect()
    return ((event.clientX - box.left) / box.width) * this.data.seconds
  }

  grab(event) {
    if (event.button || this.data.fixed) return
    const to = this.at(event)
    const middle = (this.start + this.end) / 2
    this.dragging = to < middle ? "start" : "end"
    this.wave.setPointerCapture(event.pointerId)
    this.handles[this.dragging].focus({ preventScroll: true })
    this.audio.pause()
    this.move(this.dragging, to)
    event.preventDefault()
  }

  drag(event) {
    if (this.dragging) this.move(this.dragging, this.at(event))
  }

  drop() {
    this.dragging = null
    this.tell()
  }

  press(event, name) {
    const step = event.shiftKey ? 1 : 0.1
    const { seconds } = this.data
    const back = { ArrowLeft: -step, ArrowDown: -step, PageDown: -1 }
    const steps = { ...back, ArrowRight: step, ArrowUp: step, PageUp: 1 }
    const ends = { Home: 0, End: seconds }
    if (event.key in steps) this.move(name, this[name] + steps[event.key])
    else if (event.key in ends) this.move(name, ends[event.key])
    else return
    event.preventDefault()
  }

  play() {
    for (const other of document.querySelectorAll("audio, video")) other.pause()
    this.audio.currentTime = this.start
    this.audio.play().then(() => this.follow(), () => this.sounding())
  }

  follow() {
    if (this.audio.paused) return
    const at = this.audio.currentTime
    if (at >= this.end) this.audio.pause()
    const head = this.find(".head")
    head.style.left = `${(100 * at) / this.data.seconds}%`
    requestAnimationFrame(() => this.follow())
  }

  sounding() {
    const quiet = this.audio.paused
    this.find(".play").textContent = quiet ? `▶ ${this.data.words.play}` : `■ ${this.data.words.stop}`
    this.find(".head").hidden = quiet
  }
}

export default function (component) {
  const { parentElement } = component
  if (!views.has(parentElement)) views.set(parentElement, new View(parentElement))
  const view = views.get(parentElement)
  view.take(component)
  return () => view.audio.pause()
}
"""
