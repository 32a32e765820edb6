/* sources c4f837c110c3ca21200f4edd51056955cff243711ad7356270f85b614da5922a */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
