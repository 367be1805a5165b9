"""The style sheet of what is shown in a notebook: light and dark, in the colours of the page around it."""

from __future__ import annotations

CLASS = "ptrepl"
"""Of the element around all of it; the style sheet speaks of nothing else on the page."""

_DARK = ('[data-jp-theme-light="false"]', "body.vscode-dark", "body.vscode-high-contrast", 'html[theme="dark"]')
"""JupyterLab, VS Code, Colab: whatever the system prefers, their own theme counts."""
_LIGHT = ('[data-jp-theme-light="true"]', "body.vscode-light", 'html[theme="light"]')

_LIGHT_COLOURS = "--n:#0b5c74;--d:#5c6470;--v:#1f2328;--a:#8a4b00;--b:#b3261e;--l:#d5d9de"
_DARK_COLOURS = "--n:#7fd3ea;--d:#9aa4af;--v:#e6e9ec;--a:#f0b35a;--b:#ff9c94;--l:#454c54"

STYLE = (
    "<style>"
    f".{CLASS}{{{_LIGHT_COLOURS};font:12px/1.5 ui-monospace,Menlo,Consolas,monospace;"  # not a sentence: a style
    "color:var(--v);margin:6px 0 2px}"
    f"@media(prefers-color-scheme:dark){{.{CLASS}{{{_DARK_COLOURS}}}}}"
    f"{','.join(f'{each} .{CLASS}' for each in _LIGHT)}{{{_LIGHT_COLOURS}}}"
    f"{','.join(f'{each} .{CLASS}' for each in _DARK)}{{{_DARK_COLOURS}}}"
    f".{CLASS} table{{border-collapse:collapse;border:0;margin:2px 0;font:inherit;color:inherit;table-layout:auto}}"
    f".{CLASS} tr,.{CLASS} td,.{CLASS} th{{background:transparent!important;border:0}}"
    f".{CLASS} td,.{CLASS} th{{text-align:left!important;padding:1px 14px 1px 0;white-space:nowrap;"
    "vertical-align:top;font-weight:400;max-width:none}"
    f".{CLASS} th{{color:var(--d)}}"
    f".{CLASS} tbody{{border-left:2px solid var(--l)}}"
    f".{CLASS} tbody td:first-child,.{CLASS} thead th:first-child{{padding-left:8px}}"
    f".{CLASS} .s{{color:var(--d);padding-top:4px}}"
    f".{CLASS} .n{{color:var(--n);font-weight:600}}"
    f".{CLASS} .m tbody td.n{{padding-left:22px}}"
    f".{CLASS} .a{{color:var(--a)}}"
    f".{CLASS} .b{{color:var(--b)}}"
    f".{CLASS} td.w{{white-space:normal}}"
    f".{CLASS} p{{margin:4px 0;font-family:system-ui,sans-serif;font-size:13px;max-width:80ch}}"
    f".{CLASS} .f{{margin:4px 0;padding:2px 10px;border-left:2px solid var(--n)}}"
    f".{CLASS} pre{{margin:0;padding:0;border:0;background:transparent;color:inherit;font:inherit;"
    "white-space:pre-wrap;overflow:auto}"
    "</style>"
)
