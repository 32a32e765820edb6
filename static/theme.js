/* sources 381db87c2674c4fe20be9b15dcf79ff060201bc8efa26c631cc5e866d8970915 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
