/* sources 359725c779e8ee2e7d51a9e3a54953deaa027f511fe7b31a49bcdc56e5e6b1fb */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
