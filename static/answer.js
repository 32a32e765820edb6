/* sources 4f8ef6dda6237d8365de151b35c1ef38079a4d2f11c0fdd02237d13069f11d4f */
document.addEventListener("keydown",e=>{if(e.ctrlKey||e.metaKey||e.altKey||e.defaultPrevented||e.repeat||e.target.closest("input:not([type=hidden]), textarea, select, dialog, [contenteditable]"))return;let t=document.querySelector(`#answer [data-key="${CSS.escape(e.key)}"]`);t&&(e.preventDefault(),t.click())});
