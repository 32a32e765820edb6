/* sources fbffe3135189ec145c5433d6b902ac5d6424613ec6e889d76ed37f27c5ddecf3 */
document.addEventListener("keydown",e=>{if(e.ctrlKey||e.metaKey||e.altKey||e.defaultPrevented||e.repeat||e.target.closest("input:not([type=hidden]), textarea, select, dialog, [contenteditable]"))return;let t=document.querySelector(`#answer [data-key="${CSS.escape(e.key)}"]`);t&&(e.preventDefault(),t.click())});
