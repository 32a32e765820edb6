/* sources a4b9f5ddf7008594476d02a727f1a549e2baec1e9b665d976149a96d64eac509 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
