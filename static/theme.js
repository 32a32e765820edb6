/* sources eab4fe63d53c5618587f741aedf83036bb4ce3889420d2f990cb600825c26dd4 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
