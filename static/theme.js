/* sources 6b5e10f9a9ba92aaf69ffc877b6da5bf375eaf473d092e135210fd13e71b0603 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
