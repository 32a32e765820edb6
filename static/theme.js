/* sources c04a6ebbe924238dba4801bb94edea97ae28080b0a4e3b3acf2c18bcd1701d7b */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
