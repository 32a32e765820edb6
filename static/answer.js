/* sources 2a0e11c475e0b65e69492e355639af4489eafe91a072968d257a695fed47d426 */
document.addEventListener("keydown",e=>{if(e.ctrlKey||e.metaKey||e.altKey||e.defaultPrevented||e.repeat||e.target.closest("input:not([type=hidden]), textarea, select, dialog, [contenteditable]"))return;let t=document.querySelector(`#answer [data-key="${CSS.escape(e.key)}"]`);t&&(e.preventDefault(),t.click())});
