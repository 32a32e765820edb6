/* sources 0b03103d3b1519750ccddec9cc96a8fcd8646147e415e0be0039dbad74640153 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
