/* sources 3765da89a6375e7d */
document.addEventListener("keydown",e=>{if(e.ctrlKey||e.metaKey||e.altKey||e.defaultPrevented||e.repeat||e.target.closest("input:not([type=hidden]), textarea, select, dialog, [contenteditable]"))return;let t=document.querySelector(`#answer [data-key="${CSS.escape(e.key)}"]`);t&&(e.preventDefault(),t.click())});
