/* sources e1e067145606f69df97ef5fb7815b54f1ba927e191d5d2d4a72fb3d85403492e */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
