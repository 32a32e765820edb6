/* sources a74347e3acf2b13439d1f4f795e1211f4a385581e4d2dd801be474a08a2c5148 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
