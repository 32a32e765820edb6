/* sources 814e22d44c9c188e540a6e5629761f8e800686d63b5cd719bd4e82081ddcb1bc */
document.addEventListener("keydown",e=>{if(e.ctrlKey||e.metaKey||e.altKey||e.defaultPrevented||e.repeat||e.target.closest("input:not([type=hidden]), textarea, select, dialog, [contenteditable]"))return;let t=document.querySelector(`#answer [data-key="${CSS.escape(e.key)}"]`);t&&(e.preventDefault(),t.click())});
