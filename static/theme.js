/* sources 3f55b26d5e404f3e0e659a671034413c0d112ba6ce6e146078a6084c8d8f0b15 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
